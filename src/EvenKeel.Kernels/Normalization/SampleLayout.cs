namespace EvenKeel.Kernels.Normalization;

/// <summary>What a pass over groups of channels within each sample works on: x [samples, pixels, channels].</summary>
/// <param name="Pixels">Pixels of a sample.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Groups">Groups of neighbouring channels, which divide them.</param>
/// <param name="Periods">Tables of gain and shift there are: sample s takes table s mod <c>Periods</c>.</param>
internal readonly record struct SampleGroups(int Pixels, int Channels, int Groups, int Periods = 1)
{
    /// <summary>Channels of a group.</summary>
    internal int Width => Channels / Groups;
}

/// <summary>How samples are cut up. Few channels become wide rows of several pixels, so that vectors are full; few samples
/// are cut into slices of whole groups, so that there is work for several threads.</summary>
internal readonly struct SampleLayout
{
    // Partial sums of gains have one table a chunk: few chunks keep them small beside x.
    private const int MostChunks = 32;
    private const int WantedSlices = 16;
    private const int Lanes = 16;

    private readonly SampleGroups _groups;
    private readonly EvenSplit _split;

    public SampleLayout(in SampleGroups groups, int samples)
    {
        _groups = groups;
        Samples = samples;
        Copies = 1;
        for (var copies = 2; copies <= Lanes && groups.Channels % Lanes != 0; copies++)
        {
            if (groups.Channels * copies % Lanes != 0 || groups.Pixels < copies) continue;
            Copies = copies;
            break;
        }

        Slices = 1;
        while (samples * Slices < WantedSlices && groups.Groups % (2 * Slices) == 0 && groups.Channels % (2 * Slices * Lanes) == 0)
            Slices *= 2;
        _split = new(samples, WorkSplit.Chunks(samples, MostChunks));
        Chunks = _split.Count * Slices;
        Rows = groups.Pixels / Copies;
        Rest = groups.Pixels % Copies * groups.Channels;
        Stride = groups.Channels * (nint)Copies;
        Columns = groups.Channels * Copies / Slices;
        Channels = groups.Channels / Slices;
        Groups = groups.Groups / Slices;
        Width = groups.Width;
        TableLength = (Columns + Lanes - 1) / Lanes * Lanes;
    }

    public int Samples { get; }

    /// <summary>Pixels of a wide row.</summary>
    public int Copies { get; }

    /// <summary>Slices of a sample; with more than one, wide rows are single pixels.</summary>
    public int Slices { get; }

    public int Chunks { get; }

    /// <summary>Whole wide rows of a sample.</summary>
    public int Rows { get; }

    /// <summary>Columns of the row behind the last whole one; 0 if there is none.</summary>
    public int Rest { get; }

    /// <summary>Floats from a wide row to the next.</summary>
    public nint Stride { get; }

    /// <summary>Columns of a slice of a wide row.</summary>
    public int Columns { get; }

    /// <summary>Channels of a slice.</summary>
    public int Channels { get; }

    /// <summary>Groups of a slice.</summary>
    public int Groups { get; }

    /// <summary>Channels of a group.</summary>
    public int Width { get; }

    public int AllGroups => _groups.Groups;

    /// <summary>Floats from the statistics' means to the rates, and from these to the signs.</summary>
    public nint Plane => Samples * (nint)_groups.Groups;

    public int AllChannels => _groups.Channels;

    public int Periods => _groups.Periods;

    /// <summary>Elements that share statistics.</summary>
    public double Elements => (double)_groups.Pixels * _groups.Width;

    public nint SampleLength => _groups.Pixels * (nint)_groups.Channels;

    /// <summary>Floats of a table of a slice; whole vectors, so that the last may be read whole.</summary>
    public nint TableLength { get; }

    /// <summary>Columns of a row: all, or what is left behind the last whole row.</summary>
    public int ColumnsOf(int row) => row < Rows ? Columns : Rest;

    /// <summary>The samples and the slice of a chunk.</summary>
    public void Locate(int chunk, out int first, out int last, out int slice)
    {
        slice = chunk % Slices;
        first = (int)_split.First(chunk / Slices);
        last = (int)_split.End(chunk / Slices);
    }
}
