"""The sealed ledger on trial: on a file of outcomes, under attack, without its guards."""
