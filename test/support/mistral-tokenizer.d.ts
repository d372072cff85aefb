/** The package has no types. */
declare module 'mistral-tokenizer-js' {
  const tokenizer: {
    encode(text: string, addBos: boolean, addPrecedingSpace: boolean): readonly number[];
  };
  export default tokenizer;
}
