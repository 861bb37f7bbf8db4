/** Drawn when the service tells what depends on what. */
export const Graph = ({ id }: { readonly id: string }) => <p className="muted">{id}</p>
