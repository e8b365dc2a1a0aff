namespace ControlPlane.Signing;

/// <summary>One thing wrong with a value that came from outside.</summary>
/// <param name="Field">Where: a snake_case path such as <c>headers[0].name</c>.</param>
/// <param name="Reason">What kind, for programs: a stable UPPER_SNAKE_CASE word.</param>
/// <param name="Message">A sentence for people.</param>
public readonly record struct ValidationProblem(string Field, string Reason, string Message);
