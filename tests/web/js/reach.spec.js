import { portOf, roadOf, roadsOf } from "fairmatch/call/reach";
import { equal, test } from "/harness.js";

test("an address says by which road it leads out, and TLS on 443 is one of its own", () => {
  const roads = {
    "stun:relay.example:3478": ["stun", 3478],
    "turn:relay.example": ["udp", 3478],
    "turn:relay.example:3479?transport=udp": ["udp", 3479],
    "turn:relay.example:443?transport=tcp": ["tcp", 443],
    "turns:relay.example?transport=tcp": ["tls", 5349],
    "turns:relay.example:5443?transport=tcp": ["tls", 5443],
    "turns:relay.example:443?transport=tcp": ["tls443", 443],
    "turns:[2001:db8::443]:443": ["tls443", 443],
  };
  equal(Object.keys(roads).map((url) => [roadOf(url), portOf(url)]), Object.values(roads));
});

test("of several addresses of a road the first is tried, with what its server asks for", () => {
  const [open, closed] = [
    { urls: ["stun:one.example"], username: "", credential: "" },
    { urls: ["turn:one.example", "turn:two.example", "turns:two.example:443"], username: "anna", credential: "secret" },
  ];
  equal([...roadsOf([open, closed])], [
    ["stun", { urls: ["stun:one.example"] }],
    ["udp", { urls: ["turn:one.example"], username: "anna", credential: "secret" }],
    ["tls443", { urls: ["turns:two.example:443"], username: "anna", credential: "secret" }],
  ]);
});
