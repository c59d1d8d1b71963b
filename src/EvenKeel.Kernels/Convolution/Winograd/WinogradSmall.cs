using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>
/// Products of F(4×4, 3×3) over at most <see cref="MostChannels"/> channels. A block of tiles stays in a core's own caches
/// from its transform to the transform back, with 16 channels in the fastest, and each frequency's products take the place of what they are made from.
/// </summary>
/// <remarks>A register tile is one or two registers wide: it must load a number for almost every multiply-add, and keeps
/// up only where that number lies at a distance known to the compiler, hence the fixed pitch of a tile.</remarks>
internal static unsafe partial class WinogradSmall
{
    /// <summary>Most channels of source and result.</summary>
    public const int MostChannels = 32;

    /// <summary>Tiles of a block.</summary>
    public const int Block = 12;

    /// <summary>Tiles of a block of a weight gradient, whose sums pass through the fastest cache once a block.</summary>
    public const int GradientBlock = 24;

    private const int HalfBlock = 6;

    /// <summary>Panels of weights are one or two times sixteen columns on every path.</summary>
    public static readonly TileShape Shape = new(Block, 16, 2);

    /// <summary>A number known to the compiler.</summary>
    internal interface IPitch
    {
        static abstract int Floats { get; }
    }

    /// <summary>Sixteen channels.</summary>
    internal readonly struct Pitch16 : IPitch
    {
        public static int Floats => 16;
    }

    /// <summary>Thirty-two channels.</summary>
    internal readonly struct Pitch32 : IPitch
    {
        public static int Floats => 32;
    }

    /// <summary>True if so few channels are better served here.</summary>
    public static bool Takes(int sourceChannels, int resultChannels) =>
        sourceChannels <= MostChannels && resultChannels <= MostChannels;
}
