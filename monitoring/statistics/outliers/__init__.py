"""Rows unlike the reference: how odd each is, by which columns, and how often rows as odd should come.

`ecod` adds up how far in the tails of the reference each value of a row lies, `conformal` turns a score into
a p-value by rows of the reference it was not fitted on, `rates` says how many rows below it are too many,
`forest` is a second opinion that sees columns together, `mapping` lays rows out in two dimensions.
"""
