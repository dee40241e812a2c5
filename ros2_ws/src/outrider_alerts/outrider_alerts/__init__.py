"""Whatever speaks to a person: alert table, alerter, phone page, buzzer."""
