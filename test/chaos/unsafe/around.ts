/**
 * Puts something around a method of every object of a class.
 *
 * @param by is called in its place with the object, the method as it was, and the arguments
 */
export function around<P extends object, K extends keyof P & string>(
  { prototype }: { readonly prototype: P },
  method: K,
  by: (self: P, go: (...args: Arguments<P[K]>) => Result<P[K]>, ...args: Arguments<P[K]>) => Result<P[K]>,
): void {
  const original = Reflect.get(prototype, method) as (...args: Arguments<P[K]>) => Result<P[K]>;
  Reflect.set(prototype, method, function (this: P, ...args: Arguments<P[K]>): Result<P[K]> {
    return by(this, (...given) => original.apply(this, given), ...args);
  });
}

type Arguments<M> = M extends (...args: infer A) => unknown ? A : never;
type Result<M> = M extends (...args: never) => infer R ? R : never;
