# The program alone, static and not as root:
#   docker build -t bench . && docker run --rm -v "$PWD/runs:/runs" bench quickstart --runs /runs
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The tag leaves out what loads HanBERT's analyser, a shared library: without it
# the binary needs no C library.
RUN CGO_ENABLED=0 go build -tags static -trimpath -ldflags='-s -w' -o /bench ./cmd/bench

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /bench /bench
ENTRYPOINT ["/bench"]
