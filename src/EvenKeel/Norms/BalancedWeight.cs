using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>A weight that equi-normalization scales on both sides. Factors are gathered and applied together, once a
/// cycle: of the six passes over a weight that the algorithm asks for, two are left out.</summary>
internal sealed class BalancedWeight
{
    private readonly Backend _backend;
    private readonly Tensor _value;
    private readonly OptimizerBuffer[] _buffers;
    private readonly Tensor _rowFactor;
    private readonly Tensor _columnFactor;
    private readonly Tensor _rowSums;
    private readonly Tensor _columnSums;
    private readonly float[] _rowFactors;
    private readonly float[] _columnFactors;
    private readonly double[] _inputs;
    private readonly double[] _outputs;
    private bool _inputsWait;
    private bool _outputsWait;

    /// <summary>Prepares the weight of a map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="backend">Where it lives.</param>
    /// <param name="optimizer">Whose buffers to scale along, or null.</param>
    /// <exception cref="UserException">The map does not store the weight itself.</exception>
    public BalancedWeight(LinearMap map, Backend backend, Optimizer? optimizer)
    {
        if (map.Weight is not PlainWeight)
        {
            throw new UserException(
                $"enorm balances weights that are stored as they are, but layer {map.Name} has a weight map of another method: leave one of the two out of the scheme.");
        }

        var shape = map.WeightShape;
        (_backend, _value) = (backend, map.Weight.Stored.Value);
        _buffers = [.. optimizer?.BuffersOf(map.Weight.Stored) ?? []];
        _inputs = Ones(shape[shape.Rank - 2]);
        _outputs = Ones(shape.Channels);
        _rowFactors = new float[_inputs.Length];
        _columnFactors = new float[_outputs.Length];
        _rowFactor = backend.Allocate(new Shape(_inputs.Length));
        _columnFactor = backend.Allocate(new Shape(_outputs.Length));
        _rowSums = backend.Allocate(new Shape(shape.Rows));
        _columnSums = backend.Allocate(new Shape(_outputs.Length));
    }

    /// <summary>Rows: inputs, as often as the kernel has places.</summary>
    public int Rows => _rowSums.Shape.Length;

    public int Inputs => _inputs.Length;

    public int Outputs => _outputs.Length;

    /// <summary>Sum of powers of each row.</summary>
    public void RowPowers(bool squares, float[] sums)
    {
        if (_outputsWait) Apply();
        _backend.WeightRowPowers(_value, squares, _rowSums);
        _rowSums.CopyTo(sums);
    }

    /// <summary>Sum of powers of each output, with the inputs scaled as they will be.</summary>
    public void ColumnPowers(bool squares, float[] sums)
    {
        Fill(_inputs, -1, _rowFactors, _rowFactor);
        _backend.WeightColumnPowers(_value, _rowFactor, squares, _columnSums);
        _columnSums.CopyTo(sums);
    }

    /// <summary>An input is divided by d, when <see cref="Apply"/> is called.</summary>
    public void ScaleInput(int input, double d)
    {
        _inputs[input] *= d;
        _inputsWait = true;
    }

    /// <summary>An output is multiplied by d, when <see cref="Apply"/> is called.</summary>
    public void ScaleOutput(int output, double d)
    {
        _outputs[output] *= d;
        _outputsWait = true;
    }

    /// <summary>Scales the weight by all that was gathered, and the optimizer's buffers the other way.</summary>
    public void Apply()
    {
        if (!_inputsWait && !_outputsWait) return;
        Scale(_value, -1);
        foreach (var buffer in _buffers) Scale(buffer.Value, buffer.Power);
        Array.Fill(_inputs, 1.0);
        Array.Fill(_outputs, 1.0);
        _inputsWait = _outputsWait = false;
    }

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1.0);
        return ones;
    }

    private static void Fill(double[] d, int power, float[] factors, Tensor factor)
    {
        BalancedSide.Powers(d, power, factors);
        factor.CopyFrom(factors);
    }

    private void Scale(Tensor value, int power)
    {
        Fill(_inputs, power, _rowFactors, _rowFactor);
        Fill(_outputs, -power, _columnFactors, _columnFactor);
        _backend.WeightScale(value, _rowFactor, _columnFactor, value);
    }
}
