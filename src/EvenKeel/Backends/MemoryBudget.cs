namespace EvenKeel.Backends;

/// <summary>Refuses what the machine has no memory for. Systems promise more than they have, and end the process that takes
/// it.</summary>
/// <param name="bytes">Memory of the machine.</param>
internal sealed class MemoryBudget(long bytes)
{
    /// <summary>Weights, and what the optimizer keeps of them, in bytes.</summary>
    public long Lasting { get; private set; }

    /// <summary>Memory of this machine, or of the container that the process runs in, in bytes.</summary>
    public static long OfMachine => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Adds to what lasts.</summary>
    /// <param name="more">Bytes.</param>
    /// <exception cref="UserException">There is not so much.</exception>
    public void Keep(long more)
    {
        Check(Lasting + more);
        Lasting += more;
    }

    /// <summary>Looks whether there is room for a step beside what lasts.</summary>
    /// <param name="step">Bytes that the step has at once.</param>
    /// <exception cref="UserException">There is not so much.</exception>
    public void CheckStep(long step) => Check(Lasting + step);

    private void Check(long needed)
    {
        if (needed <= bytes) return;
        throw new UserException(
            $"This network needs {needed / 1e9:F1} GB or more at once, and this machine has {bytes / 1e9:F1} GB: " +
            "use a smaller batch or width.");
    }
}
