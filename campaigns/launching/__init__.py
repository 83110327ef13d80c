"""Adding people to a campaign: who, what their first email says, and when it starts."""
