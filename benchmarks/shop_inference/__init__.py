"""How much of a simulated shop's truth its logs betray to one who knows how the shop draws everything."""
