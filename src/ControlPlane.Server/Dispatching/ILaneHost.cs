namespace ControlPlane.Server.Dispatching;

/// <summary>What a lane asks of the dispatcher around it. None of the calls is made under the lane's lock, but for the places.</summary>
internal interface ILaneHost
{
    /// <summary>Takes a place in memory for one delivery; false if the tenant's or all are taken.</summary>
    bool TryTakePlace(TenantPlaces share);

    void GiveBackPlace(TenantPlaces share);

    /// <summary>Puts the lane at the end of its tenant's line for a sender.</summary>
    void Enlist(Lane lane);

    /// <summary>Claims due deliveries and calls <see cref="Lane.Claimed"/> or <see cref="Lane.ClaimFailed"/> in the end.</summary>
    void Claim(Lane lane, int limit, int changes);

    /// <summary>Calls <see cref="Lane.Pump"/> at that time.</summary>
    void SetAlarm(Lane lane, DateTimeOffset time);
}
