using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>
/// The certificate that new connections get. The files are read every <see cref="Interval"/>, so that a renewed certificate is
/// served without a restart; connections that stand keep theirs. Files that cannot be used leave the current certificate in place,
/// and say so once.
/// </summary>
internal sealed class ListenerCertificate(
    IOptions<ListenOptions> listen, TimeProvider clock, ILogger<ListenerCertificate> logger) : BackgroundService
{
    /// <summary>How often the files are read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private readonly Lazy<CertificateFiles> _first = new(() => CertificateFiles.Load(listen.Value.CertificatePath!, listen.Value.KeyPath!));
    private CertificateFiles? _current;
    private string? _refused;

    /// <summary>What a handshake sends now.</summary>
    public CertificateFiles Current => Volatile.Read(ref _current) ?? _first.Value;

    /// <summary>Takes the files if they changed since they were last read.</summary>
    public void Reload()
    {
        var content = "";
        try
        {
            content = CertificateFiles.Read(listen.Value.CertificatePath!, listen.Value.KeyPath!);
            if (content == Current.Content || content == _refused)
            {
                return;
            }

            var renewed = CertificateFiles.Load(listen.Value.CertificatePath!, listen.Value.KeyPath!);
            // What an unfinished handshake still uses is left to the collector.
            Volatile.Write(ref _current, renewed);
            _refused = null;
            HostingLog.CertificateRenewed(logger, renewed.Leaf.Subject, renewed.Leaf.NotAfter.ToUniversalTime());
            WarnOfExpiry(renewed);
        }
        catch (CertificateException e)
        {
            if (_refused != content)
            {
                _refused = content;
                HostingLog.CertificateKept(logger, e.Message);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!listen.Value.UsesTls)
        {
            return;
        }

        WarnOfExpiry(Current);
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Reload();
        }
    }

    private void WarnOfExpiry(CertificateFiles files)
    {
        var now = clock.GetUtcNow();
        var (from, to) = (files.Leaf.NotBefore.ToUniversalTime(), files.Leaf.NotAfter.ToUniversalTime());
        if (to < now)
        {
            HostingLog.CertificateExpired(logger, listen.Value.CertificatePath!, to);
        }
        else if (from > now)
        {
            HostingLog.CertificateNotYetValid(logger, listen.Value.CertificatePath!, from);
        }
        else if (to - now < Soon)
        {
            HostingLog.CertificateExpiresSoon(logger, listen.Value.CertificatePath!, to);
        }
    }
}
