/** The web platform's `fetch` as a port: real sockets, an in-process server, or a decorator that injects faults. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
