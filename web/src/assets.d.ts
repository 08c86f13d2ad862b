declare module '#core/*?url' {
  const address: string;
  export default address;
}
