namespace EvenKeel.Kernels;

/// <summary>Memory of the workers, a piece for each, with room between them: a core asks by itself for what lies behind the memory that
/// it reads, and would take it from another that writes there.</summary>
internal readonly unsafe struct WorkerMemory
{
    private const nint Gap = 2048;

    private readonly float* _first;
    private readonly nint _step;

    /// <summary>Divides memory.</summary>
    /// <param name="memory">As much as <see cref="Length"/> tells.</param>
    /// <param name="piece">Floats that a worker needs.</param>
    public WorkerMemory(float* memory, nint piece)
    {
        _first = memory + Gap;
        _step = Step(piece);
    }

    /// <summary>Floats of all pieces and the room before each.</summary>
    public static nint Length(Workers workers, nint piece) => workers.Threads * Step(piece);

    /// <summary>A worker's piece.</summary>
    public float* Of(int worker) => _first + (worker * _step);

    private static nint Step(nint piece) => Gap + AlignedMemory.WholeLines(piece);
}
