"""One HTTP exchange with the API: sent within its limits, judged, and repeated where that may help."""
