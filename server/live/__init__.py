"""The live line: typed messages over one WebSocket, with history, order and presence."""
