namespace ControlPlane.Server.Api.Validation;

/// <summary>What a text field is for, which decides the characters it may hold.</summary>
internal enum TextKind
{
    /// <summary>One line, compared by programs: no control characters.</summary>
    Line,

    /// <summary>One line, read by people: additionally nothing hidden that makes text read otherwise than it is stored.</summary>
    Name,

    /// <summary>Several lines, read by people: line breaks and tabs too, and nothing that steers the direction of text.</summary>
    Block,
}
