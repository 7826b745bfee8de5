// Package datasets reads task files to records that know their file and line:
// the official files as the reference recipe reads them, and the same data as
// CSV or JSON Lines, each of them compressed by gzip too.
package datasets
