namespace Grpc.Core;

/// <summary>The base of generated clients.</summary>
public abstract class ClientBase
{
    private readonly ClientBaseConfiguration _configuration;

    /// <summary>Makes a client without a channel, whose calls all fail. For test doubles that override the calls.</summary>
    protected ClientBase()
        : this(new DisconnectedCallInvoker())
    {
    }

    /// <summary>Makes a client over a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <exception cref="ArgumentNullException"><paramref name="channel"/> is null.</exception>
    protected ClientBase(ChannelBase channel)
        : this((channel ?? throw new ArgumentNullException(nameof(channel))).CreateCallInvoker())
    {
    }

    /// <summary>Makes a client over an invoker.</summary>
    /// <param name="callInvoker">The invoker.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callInvoker"/> is null.</exception>
    protected ClientBase(CallInvoker callInvoker)
        : this(new ClientBaseConfiguration(callInvoker ?? throw new ArgumentNullException(nameof(callInvoker)), null))
    {
    }

    /// <summary>Makes a client like another one.</summary>
    /// <param name="configuration">What the other client was made of.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is null.</exception>
    protected ClientBase(ClientBaseConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        CallInvoker = configuration.CreateInvoker();
    }

    /// <summary>Starts this client's calls.</summary>
    protected CallInvoker CallInvoker { get; }

    internal ClientBaseConfiguration Configuration => _configuration;

    /// <summary>What a client is made of, handed on when a client is derived from another.</summary>
    protected internal class ClientBaseConfiguration
    {
        private readonly CallInvoker _invoker;
        private readonly string? _host;

        internal ClientBaseConfiguration(CallInvoker invoker, string? host)
        {
            _invoker = invoker;
            _host = host;
        }

        internal CallInvoker CreateInvoker() => _host is null ? _invoker : new HostCallInvoker(_invoker, _host);

        internal ClientBaseConfiguration WithHost(string host) => new(_invoker, host);
    }
}

/// <summary>The base of generated clients, with the ways to derive one client from another.</summary>
/// <typeparam name="T">The client.</typeparam>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <inheritdoc/>
    protected ClientBase()
    {
    }

    /// <inheritdoc/>
    protected ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    /// <inheritdoc/>
    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <inheritdoc/>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    /// <summary>A client that sends another authority with its calls.</summary>
    /// <param name="host">The authority.</param>
    /// <exception cref="ArgumentNullException"><paramref name="host"/> is null.</exception>
    public T WithHost(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return NewInstance(Configuration.WithHost(host));
    }

    /// <summary>Makes a client of the same type.</summary>
    /// <param name="configuration">What it is to be made of.</param>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}

/// <summary>The base of clients generated with the <c>lite_client</c> option.</summary>
public abstract class LiteClientBase
{
    /// <summary>Makes a client without a channel, whose calls all fail. For test doubles that override the calls.</summary>
    protected LiteClientBase() => CallInvoker = new DisconnectedCallInvoker();

    /// <summary>Makes a client over a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <exception cref="ArgumentNullException"><paramref name="channel"/> is null.</exception>
    protected LiteClientBase(ChannelBase channel) =>
        CallInvoker = (channel ?? throw new ArgumentNullException(nameof(channel))).CreateCallInvoker();

    /// <summary>Makes a client over an invoker.</summary>
    /// <param name="callInvoker">The invoker.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callInvoker"/> is null.</exception>
    protected LiteClientBase(CallInvoker callInvoker) =>
        CallInvoker = callInvoker ?? throw new ArgumentNullException(nameof(callInvoker));

    /// <summary>Starts this client's calls.</summary>
    protected CallInvoker CallInvoker { get; }
}
