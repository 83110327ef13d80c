"""Taking people out of campaigns: from their page, from lists of people, from emails in Sent."""
