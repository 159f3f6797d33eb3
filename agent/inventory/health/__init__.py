"""Does it work? What the facts settle by themselves, a short load with the temperature, a pass over free memory."""
