namespace EvenKeel.Tensors;

/// <summary>
/// Sizes of a tensor, one to four of them. The last is the channel (or output) dimension, contiguous in memory:
/// activations are <c>[N,H,W,C]</c> or <c>[N,C]</c>, convolution weights <c>[kh,kw,in,out]</c>, dense weights
/// <c>[in,out]</c>, per-channel values <c>[C]</c>.
/// </summary>
public readonly record struct Shape
{
    private readonly int _a;
    private readonly int _b;
    private readonly int _c;
    private readonly int _d;

    /// <summary>A vector.</summary>
    public Shape(int a) => (Rank, _a) = (1, Size(a));

    /// <summary>A matrix: rows, columns.</summary>
    public Shape(int a, int b) => (Rank, _a, _b) = (2, Size(a), Size(b));

    /// <summary>Three dimensions: one image [H,W,C].</summary>
    public Shape(int a, int b, int c) => (Rank, _a, _b, _c) = (3, Size(a), Size(b), Size(c));

    /// <summary>Four dimensions.</summary>
    public Shape(int a, int b, int c, int d) => (Rank, _a, _b, _c, _d) = (4, Size(a), Size(b), Size(c), Size(d));

    /// <summary>A shape from a list of one to four sizes.</summary>
    /// <exception cref="ArgumentException">Another number of sizes.</exception>
    public static Shape From(ReadOnlySpan<int> sizes) => sizes.Length switch
    {
        1 => new Shape(sizes[0]),
        2 => new Shape(sizes[0], sizes[1]),
        3 => new Shape(sizes[0], sizes[1], sizes[2]),
        4 => new Shape(sizes[0], sizes[1], sizes[2], sizes[3]),
        _ => throw new ArgumentException($"A shape has 1 to 4 sizes, not {sizes.Length}."),
    };

    /// <summary>Number of dimensions: 1 to 4.</summary>
    public int Rank { get; }

    /// <summary>Size of a dimension.</summary>
    public int this[int dimension] => dimension < 0 || dimension >= Rank
        ? throw new ArgumentOutOfRangeException(nameof(dimension), $"Dimension {dimension} of {this}.")
        : dimension switch { 0 => _a, 1 => _b, 2 => _c, _ => _d };

    /// <summary>Elements in all.</summary>
    /// <exception cref="UserException">More than an <see cref="int"/> counts.</exception>
    public int Length => Rank switch
    {
        0 => 0,
        1 => _a,
        2 => Times(_a, _b),
        3 => Times(Times(_a, _b), _c),
        _ => Times(Times(Times(_a, _b), _c), _d),
    };

    /// <summary>Size of the last dimension.</summary>
    public int Channels => Rank == 0 ? 0 : this[Rank - 1];

    /// <summary>Elements per channel: the product of all dimensions but the last.</summary>
    public int Rows => Channels == 0 ? 0 : Length / Channels;

    /// <summary>The same shape with another first dimension (the batch).</summary>
    public Shape WithBatch(int batch) => Rank switch
    {
        1 => new Shape(batch),
        2 => new Shape(batch, _b),
        3 => new Shape(batch, _b, _c),
        _ => new Shape(batch, _b, _c, _d),
    };

    /// <summary>The sizes as an array.</summary>
    public int[] ToArray()
    {
        var sizes = new int[Rank];
        for (var i = 0; i < Rank; i++) sizes[i] = this[i];
        return sizes;
    }

    /// <summary>As <c>[100, 32, 32, 3]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    private int Times(int a, int b)
    {
        var product = Math.BigMul(a, b);
        return product <= int.MaxValue ? (int)product : throw TooLong();
    }

    private UserException TooLong() =>
        new($"A tensor of shape {this} has more than {int.MaxValue} numbers, the most there can be: use a smaller batch, image or width.");

    private static int Size(int size) =>
        size > 0 ? size : throw new ArgumentException($"A dimension of a shape is {size}: expected 1 or more.");
}
