# R reads what bench exports as it is:
#
#   Rscript read.R runs.csv board.csv
#
# Every score of the tidy frame is a number, every name UTF-8, and the means over
# seeds that R makes of it are the leaderboard's. Truth values are true and false, as
# other programs have them: R's as.logical knows these, its read.csv leaves them text.
args <- commandArgs(TRUE)
frame <- read.csv(args[1], encoding = "UTF-8")
stopifnot(nrow(frame) == length(readLines(args[1])) - 1, all(c("model", "task", "seed", "headline") %in% names(frame)),
          is.numeric(frame$score), is.numeric(frame$low), is.numeric(frame$high), is.numeric(frame$n),
          !anyNA(frame$model), all(validUTF8(frame$model)))
frame$headline <- as.logical(frame$headline)
board <- read.csv(args[2], encoding = "UTF-8", check.names = FALSE)
board$published <- as.logical(board$published)
stopifnot(!anyNA(frame$headline), !anyNA(board$published), any(frame$headline))
means <- aggregate(score ~ model + task, frame[frame$headline, ], mean)
for (i in seq_len(nrow(means))) {
  cell <- board[board$model == means$model[i] & !board$published, means$task[i]]
  stopifnot(length(cell) == 1, isTRUE(all.equal(cell, means$score[i], tolerance = 1e-9)))
}
cat("R reads", nrow(frame), "rows, whose", nrow(means), "means over seeds are the leaderboard's\n")
