"""Lookout watches machine-learning models at work.

models, windows, results   what a model is, when things happened, and the tidy frame every answer uses
store                      the prediction log, its profile and the only door to DuckDB
statistics                 pure functions on counts and moments, and the registry of drift methods
drift, health              questions: store + statistics -> the tidy frame
inbox                      the logging client for the serving side (standard library only)
questions, commands, cli   the command line, answered alike with the app up and down
ui                         the shell, the charts and the components of the app
"""
