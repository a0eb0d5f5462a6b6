module github.com/contactway/contactway/bindings/go

go 1.23
