using ControlPlane.Server.Dispatching;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Notes what a lane asks for. Claims stay open until the test answers them.</summary>
internal sealed class FakeLaneHost : ILaneHost
{
    public int Places { get; set; } = 1000;

    public int Enlisted { get; private set; }

    public List<(int Limit, int Changes)> Claims { get; } = [];

    public List<DateTimeOffset> Alarms { get; } = [];

    public bool TryTakePlace(TenantPlaces share)
    {
        if (Places == 0)
        {
            return false;
        }

        Places--;
        return true;
    }

    public void GiveBackPlace(TenantPlaces share) => Places++;

    public void Enlist(Lane lane) => Enlisted++;

    public void Claim(Lane lane, int limit, int changes) => Claims.Add((limit, changes));

    public void SetAlarm(Lane lane, DateTimeOffset time) => Alarms.Add(time);
}
