"""How fast pages are ranked: the `rank` function alone, and through gRPC with a server and the light client."""
