/** The file of LiveKit's client that we serve exports nothing: it leaves what it has in the global LivekitClient. */

declare module "livekit-client" {}
