namespace ControlPlane.Server.Api.Errors;

/// <summary>How the errors of an endpoint look to its callers. Metadata of the endpoint; one without it speaks gRPC.</summary>
internal interface IErrorShape
{
    /// <summary>Answers a request with an error; the answer must not have begun.</summary>
    Task WriteAsync(HttpContext context, RequestException error);
}
