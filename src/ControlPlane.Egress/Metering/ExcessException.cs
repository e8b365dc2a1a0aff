namespace ControlPlane.Egress.Metering;

/// <summary>The receiver sent more than any answer needs, so its connection was dropped. The message is for the receiver's owner.</summary>
internal sealed class ExcessException(string message) : IOException(message)
{
    /// <summary>The excess that a send failed of, or null if it failed of something else.</summary>
    public static ExcessException? Of(Exception exception)
    {
        for (Exception? current = exception; current is not null; current = current.InnerException)
        {
            if (current is ExcessException excess)
            {
                return excess;
            }
        }

        return null;
    }
}
