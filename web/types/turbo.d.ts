/** The parts of Turbo that we call; the package brings no types. */

declare module "@hotwired/turbo" {
  export function morphElements(current: Element, brought: Element): void;
  export function visit(location: string, options?: { action?: "advance" | "replace" | "restore"; frame?: string }): void;
  export const cache: { clear(): void };
  export const config: { drive: { enabled: boolean; progressBarDelay: number } };
  export const session: {
    adapter: { visitFailed(visit: unknown): void };
    navigator: { currentVisit?: unknown };
  };
}
