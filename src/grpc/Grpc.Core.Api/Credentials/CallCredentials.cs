namespace Grpc.Core;

/// <summary>Credentials sent with calls as request headers, such as a bearer token.</summary>
public abstract class CallCredentials
{
    /// <summary>Several credentials as one; each adds its headers.</summary>
    /// <param name="credentials">The credentials, at least one.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new CompositeCallCredentials(credentials);

    /// <summary>Credentials made anew for each call.</summary>
    /// <param name="interceptor">Adds the headers.</param>
    /// <exception cref="ArgumentNullException"><paramref name="interceptor"/> is null.</exception>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) =>
        new InterceptorCallCredentials(interceptor);

    /// <summary>Tells a transport what these credentials are. For transports.</summary>
    /// <param name="configurator">What to tell.</param>
    /// <param name="state">Handed through to the configurator.</param>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class InterceptorCallCredentials(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        private readonly AsyncAuthInterceptor _interceptor = interceptor ?? throw new ArgumentNullException(nameof(interceptor));

        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, _interceptor);
    }

    private sealed class CompositeCallCredentials : CallCredentials
    {
        private readonly CallCredentials[] _credentials;

        public CompositeCallCredentials(CallCredentials[] credentials)
        {
            ArgumentNullException.ThrowIfNull(credentials);
            if (credentials.Length == 0 || credentials.Contains(null))
            {
                throw new ArgumentException("At least one is needed, and none may be null.", nameof(credentials));
            }

            _credentials = credentials.AsSpan().ToArray();
        }

        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, _credentials);
    }
}

/// <summary>How a transport learns what call credentials are.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>The credentials are made by a function.</summary>
    /// <param name="state">What the transport passed in.</param>
    /// <param name="interceptor">The function.</param>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);

    /// <summary>The credentials consist of several.</summary>
    /// <param name="state">What the transport passed in.</param>
    /// <param name="credentials">The parts.</param>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);
}
