using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Asks for some channels of what is stored, and of what is read meanwhile, a few pixels at a time.</summary>
internal unsafe struct WinogradCursor
{
    private readonly nint _step;
    private readonly nint _columns;
    private readonly nint _input;
    private readonly nint _output;
    private float* _at;
    private ushort* _bits;
    private nint _pixels;

    /// <summary>Starts at a pixel of the result.</summary>
    /// <param name="images">The images.</param>
    /// <param name="at">The first of the channels.</param>
    /// <param name="pixels">Number of pixels.</param>
    /// <param name="columns">Number of channels.</param>
    public WinogradCursor(WinogradImages images, float* at, nint pixels, int columns)
    {
        _at = at;
        (_pixels, _columns, _step) = (pixels, columns, images.Phase.ResultChannels);
        _input = images.Gate.X == null ? 0 : (nint)(images.Gate.X - images.Result);
        _output = images.Gate.Y == null ? 0 : (nint)(images.Gate.Y - images.Result);
        _bits = images.Gate.Bits == null ? null : images.Gate.Bits + ((at - images.Result) / 16);
    }

    /// <summary>Asks for the next pixels; for none at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(nint pixels)
    {
        for (pixels = Math.Min(pixels, _pixels), _pixels -= pixels; pixels > 0; pixels--, _at += _step)
        {
            if (_bits != null)
            {
                Prefetch.Line((float*)_bits);
                _bits += _step / 16;
            }

            for (nint c = 0; c < _columns; c += 16)
            {
                Prefetch.Line(_at + c);
                if (_input == 0) continue;
                Prefetch.Line(_at + c + _input);
                if (_output != 0) Prefetch.Line(_at + c + _output);
            }
        }
    }
}
