// Package include stands for the header beside it.
package include
