using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>A run with its place in a study.</summary>
/// <param name="Spec">The run.</param>
/// <param name="Scheme">The compared scheme; its text may differ from the spec's, which a rule may replace.</param>
/// <param name="Setting">The values of the axes.</param>
/// <param name="Restarts">How often it may start again from other weights when it diverges.</param>
internal sealed record PlannedRun(RunSpec Spec, StudyScheme Scheme, Setting Setting, int Restarts = 0)
{
    // Far enough from the seeds that people choose; a power of ten, to be told apart in tables.
    private const ulong SeedStep = 1_000_000;

    /// <summary>The planned seed: what schemes have in common.</summary>
    public ulong Seed => Spec.Seed;

    /// <summary>The spec of the first start and of each that may follow.</summary>
    public IEnumerable<RunSpec> Attempts
    {
        get
        {
            for (int i = 0; i <= Restarts; i++)
                yield return i == 0 ? Spec : Spec with { Seed = Spec.Seed + ((ulong)i * SeedStep) };
        }
    }
}
