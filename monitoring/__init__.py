"""Lookout watches machine-learning models at work.

models, windows, results   what a model is, when things happened, and the tidy frame every answer uses
store                      the prediction log, its profile and the only door to DuckDB
statistics                 pure functions on counts and moments, the registries of drift methods and metrics
drift, predictions         questions: have inputs or outputs changed; store + statistics -> the tidy frame
review                     what should a person look at, and what do those looks tell of all rows
performance                how good is it, with labels and without, and do scores mean what they say
quality                    is the input sane: checks of the profile, counters kept at ingest, rules
outliers                   which rows are unlike all others, how many, and by which features
health, advice             one colour and one sentence for a model, and whether to retrain it
alerts                     what fired by which rule, who was told, and what was done about it
onboarding                 what an unknown log is: detection, questions, a draft of a model's file, a preview
batch                      is this file like what we know; read beside the store, and let go of
reports, glossary          all of that as one offline file, and the terms in plain words
source, consequences       where a log is followed, and what a change of a model's file means
inbox                      the logging client for the serving side (standard library only)
clock_thread               one thing done again and again beside the pages: the inbox, followed places, alerts
questions, commands, cli   the command line, answered alike with the app up and down
ui                         the shell, the charts and the components of the app
"""

__version__ = "0.1.0"
