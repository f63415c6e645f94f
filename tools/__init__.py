"""What the people who build the dashboard run now and then."""
