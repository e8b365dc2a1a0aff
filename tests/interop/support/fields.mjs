/** The paths of all fields that an answer of a type can have, through the messages in it that are of one of our packages. */
export function fieldsOf(type, prefix = '', above = []) {
  return type.fields.flatMap((field) => {
    const path = prefix + field.jsonName;
    const own = nested(field);
    return own && !above.includes(own.typeName) ? [path, ...fieldsOf(own, `${path}.`, [...above, own.typeName])] : [path];
  });
}

/** The paths of the fields that an answer has, of those that fieldsOf names. */
export function fieldsIn(type, answer, prefix = '') {
  return type.fields.filter((field) => answer[field.jsonName] !== undefined).flatMap((field) => {
    const path = prefix + field.jsonName;
    const own = nested(field);
    const values = own ? [answer[field.jsonName]].flat() : [];
    return [path, ...values.flatMap((value) => fieldsIn(own, value, `${path}.`))];
  });
}

const nested = ({ message, fieldKind }) => (
  message && fieldKind !== 'map' && /^(controlplane|grpc)\./.test(message.typeName) ? message : undefined);
