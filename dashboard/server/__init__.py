"""What ``supervox serve`` puts around the page: who may come in, and what every answer says."""
