using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>What writes or reads a group of channels, as far as equi-normalization is concerned.</summary>
internal abstract class BalancedSide
{
    /// <summary>Adds the sum of p-th powers of each channel's weights.</summary>
    public abstract void AddPowers(double[] sums);

    /// <summary>Scales the channels by d, or by 1/d where they are read, and optimizer buffers the other way.</summary>
    public abstract void Scale(double[] d);

    /// <summary>Powers of some d, as factors. Those that steps need, 1 and 2 up and down, take no exponential.</summary>
    public static void Powers(ReadOnlySpan<double> d, int power, Span<float> factors)
    {
        for (var i = 0; i < d.Length; i++)
        {
            var up = Math.Abs(power) switch
            {
                1 => d[i],
                2 => d[i] * d[i],
                var higher => Math.Pow(d[i], higher),
            };
            factors[i] = (float)(power < 0 ? 1 / up : up);
        }
    }

    /// <summary>Multiplies a bias, gain or shift by d, channel by channel, and its buffers the other way.</summary>
    protected sealed class Scaled
    {
        private readonly Backend _backend;
        private readonly Tensor _value;
        private readonly OptimizerBuffer[] _buffers;
        private readonly Tensor _factor;
        private readonly float[] _factors;
        private readonly int _first;

        /// <summary>Prepares to scale.</summary>
        /// <param name="parameter">What to scale.</param>
        /// <param name="first">The group's first channel in it; channels of other groups stay.</param>
        /// <param name="backend">Where it lives.</param>
        /// <param name="optimizer">Whose buffers to scale along, or null.</param>
        public Scaled(Parameter parameter, int first, Backend backend, Optimizer? optimizer)
        {
            (_backend, _value, _first) = (backend, parameter.Value, first);
            _buffers = [.. optimizer?.BuffersOf(parameter) ?? []];
            _factors = new float[parameter.Value.Shape.Length];
            Array.Fill(_factors, 1f);
            _factor = backend.Allocate(new Shape(_factors.Length));
        }

        /// <summary>Scales by d.</summary>
        public void By(double[] d)
        {
            Multiply(_value, d, 1);
            foreach (var buffer in _buffers) Multiply(buffer.Value, d, -buffer.Power);
        }

        private void Multiply(Tensor value, double[] d, int power)
        {
            Powers(d, power, _factors.AsSpan(_first));
            _factor.CopyFrom(_factors);
            _backend.ChannelScale(value, _factor, value);
        }
    }
}

/// <summary>A linear map that writes the channels: their columns of the weight, and the bias.</summary>
internal sealed class WritingMap(
    BalancedWeight weight, Parameter? bias, int first, bool squares, Backend backend, Optimizer? optimizer) : BalancedSide
{
    private readonly float[] _perOutput = new float[weight.Outputs];
    private readonly Scaled? _bias = bias is null ? null : new(bias, first, backend, optimizer);

    public override void AddPowers(double[] sums)
    {
        weight.ColumnPowers(squares, _perOutput);
        for (var i = 0; i < sums.Length; i++) sums[i] += _perOutput[first + i];
    }

    public override void Scale(double[] d)
    {
        for (var i = 0; i < d.Length; i++) weight.ScaleOutput(first + i, d[i]);
        _bias?.By(d);
    }
}

/// <summary>A linear map that reads the channels: their rows of the weight. Behind a flatten a channel has one row a
/// pixel.</summary>
internal sealed class ReadingMap : BalancedSide
{
    private readonly BalancedWeight _weight;
    private readonly bool _squares;
    private readonly float[] _perRow;
    private readonly int[] _channels;

    public ReadingMap(BalancedWeight weight, int[] firsts, int count, bool squares)
    {
        (_weight, _squares) = (weight, squares);
        _perRow = new float[weight.Rows];
        _channels = new int[weight.Inputs];
        Array.Fill(_channels, -1);
        foreach (var first in firsts)
            for (var i = 0; i < count; i++) _channels[first + i] = i;
    }

    public override void AddPowers(double[] sums)
    {
        _weight.RowPowers(_squares, _perRow);
        for (var row = 0; row < _perRow.Length; row += _channels.Length)
            for (var i = 0; i < _channels.Length; i++)
                if (_channels[i] >= 0) sums[_channels[i]] += _perRow[row + i];
    }

    public override void Scale(double[] d)
    {
        for (var i = 0; i < _channels.Length; i++)
            if (_channels[i] >= 0) _weight.ScaleInput(i, d[_channels[i]]);
    }
}

/// <summary>A normalizer that writes the channels: its gain, and with it its shift.</summary>
internal sealed class WritingGain : BalancedSide
{
    private readonly Tensor _gain;
    private readonly float[] _gains;
    private readonly int _first;
    private readonly bool _squares;
    private readonly Scaled[] _scaled;

    public WritingGain(NormLayer norm, int first, bool squares, Backend backend, Optimizer? optimizer)
    {
        var (gain, shift) = norm.Affine ?? throw new UserException(
            $"enorm(bn=exact) balances the gain and shift of normalizers, but layer {norm.Name} has none that it could: use a normalizer with both, or bn=ignore.");
        (_gain, _first, _squares) = (gain.Value, first, squares);
        _gains = new float[norm.Channels];
        _scaled = [.. new[] { gain, shift }.Select(p => new Scaled(p, first, backend, optimizer))];
    }

    public override void AddPowers(double[] sums)
    {
        _gain.CopyTo(_gains);
        for (var i = 0; i < sums.Length; i++)
        {
            double gain = _gains[_first + i];
            sums[i] += _squares ? gain * gain : Math.Abs(gain);
        }
    }

    public override void Scale(double[] d)
    {
        foreach (var scaled in _scaled) scaled.By(d);
    }
}
