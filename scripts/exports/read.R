# R reads the tidy frame as it is: every score a number, names in UTF-8.
path <- commandArgs(TRUE)[1]
frame <- read.csv(path, encoding = "UTF-8", check.names = TRUE)
stopifnot(nrow(frame) == length(readLines(path)) - 1, is.numeric(frame$score), is.numeric(frame$low), is.numeric(frame$n),
          all(c("model", "task", "seed", "headline") %in% names(frame)), !any(is.na(frame$model)))
cat("R reads", nrow(frame), "rows\n")
