namespace EvenKeel.Kernels;

/// <summary>Memory of the workers, a piece for each (<see cref="Workers.Pieces"/>).</summary>
/// <param name="pieces">The pieces.</param>
internal readonly unsafe struct WorkerMemory(float** pieces)
{
    private readonly float** _pieces = pieces;

    /// <summary>A worker's piece.</summary>
    public float* Of(int worker) => _pieces[worker];
}
