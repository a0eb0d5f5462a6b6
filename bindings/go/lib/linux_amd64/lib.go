// Package lib stands for the static library beside it.
package lib
