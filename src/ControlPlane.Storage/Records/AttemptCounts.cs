namespace ControlPlane.Storage;

/// <summary>
/// How attempts ended, and how long those deliveries took that were made: numbers that can be added up. Times are counted in steps of a
/// quarter of a power of two of milliseconds, so that a percentile is within 9 % of the true one.
/// </summary>
public sealed class AttemptCounts
{
    private const int FailedAt = 0;
    private const int RetriedAt = 1;
    private const int DeadAt = 2;
    private const int FirstStep = 3;
    private const int StepsPerOctave = 4;

    /// <summary>The last one takes everything from about 12 days on.</summary>
    private const int Steps = (30 * StepsPerOctave) + 1;

    /// <summary>Of how many numbers it consists at most. Part of the stored format.</summary>
    public const int Most = FirstStep + Steps;

    private readonly int[] _numbers = new int[Most];

    /// <summary>Deliveries that were made.</summary>
    public long Delivered
    {
        get
        {
            var sum = 0L;
            foreach (var count in _numbers.AsSpan(FirstStep))
            {
                sum += count;
            }

            return sum;
        }
    }

    /// <summary>Attempts that failed.</summary>
    public long Failed => _numbers[FailedAt];

    /// <summary>Of those, the ones after which another attempt was scheduled.</summary>
    public long Retried => _numbers[RetriedAt];

    /// <summary>Of those, the ones after which the delivery was given up.</summary>
    public long Dead => _numbers[DeadAt];

    /// <summary>The numbers as they are stored, without zeros at the end.</summary>
    public ReadOnlySpan<int> Numbers => _numbers.AsSpan(0, Array.FindLastIndex(_numbers, number => number != 0) + 1);

    /// <summary>Counts an attempt.</summary>
    /// <param name="completed">The delivery after it.</param>
    public void Note(DeliveryRecord completed)
    {
        switch (completed.State)
        {
            case DeliveryState.Succeeded:
                Increase(FirstStep + StepOf(completed.UpdateTime - completed.RoundStartTime));
                return;
            case DeliveryState.RetryScheduled:
                Increase(RetriedAt);
                break;
            case DeliveryState.Dead:
                Increase(DeadAt);
                break;
        }

        Increase(FailedAt);
    }

    /// <summary>Adds numbers as they are stored.</summary>
    public void Add(ReadOnlySpan<int> numbers)
    {
        for (var i = 0; i < Math.Min(numbers.Length, Most); i++)
        {
            _numbers[i] = (int)Math.Min(int.MaxValue, (long)_numbers[i] + numbers[i]);
        }
    }

    public void Add(AttemptCounts other) => Add(other._numbers);

    /// <summary>The time from the start of its round that a share of the deliveries did not exceed; null if none was made.</summary>
    public TimeSpan? Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Delivered));
        var passed = 0L;
        for (var step = 0; step < Steps; step++)
        {
            passed += _numbers[FirstStep + step];
            if (passed >= rank)
            {
                return TimeSpan.FromMilliseconds(Math.Pow(2, (step - 0.5) / StepsPerOctave));
            }
        }

        return null;
    }

    private void Increase(int index) => _numbers[index] = (int)Math.Min(int.MaxValue, _numbers[index] + 1L);

    private static int StepOf(TimeSpan took) =>
        took.TotalMilliseconds <= 1 ? 0 : (int)Math.Min(Steps - 1, Math.Ceiling(StepsPerOctave * Math.Log2(took.TotalMilliseconds)));
}
