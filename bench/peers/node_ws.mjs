// The peer `node-ws`: the package ws on Node.js, sending on to everybody as its documentation shows.
import { WebSocket, WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, backlog: 4096 });

server.on("listening", () => console.log(server.address().port));

server.on("connection", (connection) => {
  connection.on("error", () => connection.terminate());
  connection.on("message", (data, isBinary) => {
    for (const member of server.clients) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: isBinary });
    }
  });
});
