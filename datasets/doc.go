// Package datasets reads the official task files to records that know their
// file and line.
package datasets
